"""What lies under the pointer, and everything that can be said about it: pure numpy, no drawing."""
