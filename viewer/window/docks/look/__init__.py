"""The dock with colours, scales and edges."""
