"""What is switched off from the docks, and what the network answers then."""
