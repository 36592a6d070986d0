"""Tests of scheduling against real servers."""
