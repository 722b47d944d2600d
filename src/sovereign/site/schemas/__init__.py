"""Contracts as tables for people."""
