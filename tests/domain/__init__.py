"""Tests of the pure rules, with plain values only."""
