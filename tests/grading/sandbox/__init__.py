"""Real sandboxes, tried from inside."""
