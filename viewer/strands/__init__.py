"""Strands between plates: how much flows where, which of it is drawn, and along which way. Pure numpy."""
