"""Signing in with an account of another service (OpenID Connect): its side of the wire, and our pages."""
