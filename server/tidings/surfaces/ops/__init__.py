"""What whoever runs the server asks: is it alive, is it ready."""
