"""Experiments: several ways drawn by chance, compared with one of them; no verdict where sides are off."""
