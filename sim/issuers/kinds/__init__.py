"""Kinds of issuers, one file each: a frozen spec with `kind: Literal[...]`, found by itself."""
