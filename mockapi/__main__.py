"""`python -m mockapi`."""

from mockapi.cli import main

main()
