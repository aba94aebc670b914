"""`python -m heritagekg`: the command line."""

from heritagekg.cli import main

if __name__ == "__main__":
    main()
