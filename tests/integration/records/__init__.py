"""Tests of records against real servers."""
