"""What options change in whom, learned from random contacts; fitted by folds."""
