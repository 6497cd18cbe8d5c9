"""What black-box tests work with: servers to start and kill, clients for their HTTP API, a browser."""
