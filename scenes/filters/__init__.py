"""What the scene of filters is made of: which layers have something to show, where it stands, when, what is said."""
