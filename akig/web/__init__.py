"""The web process: reads requests and writes answers beside the threads that work, however slow a client is."""
