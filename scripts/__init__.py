"""What makes files of this repository: `make rooms`, `make pictures`, `make docs`."""
