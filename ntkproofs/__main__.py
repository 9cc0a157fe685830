"""``python -m ntkproofs``: the command ``ntkproofs``, where scripts are not on the path."""

from ntkproofs.cli import main

if __name__ == "__main__":
    main()
