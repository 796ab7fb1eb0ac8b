"""Conformance suites, fakes and builders, shipped to authors of plug-ins."""
