"""The formats of networks, one module each, with `render(view)`: the bytes of a file."""
