"""The files of nn_vis, `.imp.npz` and `.pro.npz`, read without executing anything and written for old and new numpy."""
