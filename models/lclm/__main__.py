"""`python -m lclm run|golden|overlap|plot`; each command says what it takes with -h."""

from lclm.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
