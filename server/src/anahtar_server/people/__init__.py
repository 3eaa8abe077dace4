"""Holders, firms, representatives: who they are and how they are reached."""
