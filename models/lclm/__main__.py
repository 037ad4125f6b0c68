"""`python -m lclm corpus|tokenizer|train|evaluate|export|plot`; each command says what it takes with -h."""

from lclm.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
