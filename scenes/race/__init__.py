"""The parts of the race of attacks: who runs, their lanes, the clock, what is told."""
