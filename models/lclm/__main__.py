"""`python -m lclm run|golden|overlap|plot`; each command says what it takes with -h."""

from lclm.cli import main

raise SystemExit(main())
