"""Tests of notify without servers."""
