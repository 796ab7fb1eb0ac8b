"""Playbooks: what good shops do, ready to be started with a handful of answers.

A playbook is a pure function from answers to definitions, or to the sentence of a goal; starting one publishes them.
"""
