"""The HTTP API, one blueprint for each noun: parse, call one service, render."""
