"""Cutscore's watchers: watched folders and durable jobs; `cutscore watch` says so until they come."""
