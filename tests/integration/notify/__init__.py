"""Tests of notify against real servers."""
