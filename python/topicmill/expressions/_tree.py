"""Expressions as trees, and trees as text."""

import itertools

import numpy as np

#: The native half reads no longer text.
LONGEST = 1 << 20

#: Functions that give another shape than that of their arguments.
_REDUCTIONS = frozenset("sum prod mean min max var std any all argmin argmax count".split())


class Tree:
    """A part of an expression: pieces of text between the trees that it is made of.

    A tree is never changed, so that parts can be shared. Its depth and the length of its text are known
    without walking it: a tree that shares its parts may be small and its text enormous.
    """

    __slots__ = ("pieces", "children", "value", "name", "length")

    def __init__(self, pieces, children=(), value=None, name=None):
        self.pieces = pieces
        self.children = tuple(children)
        self.value = value
        self.name = name
        self.length = 8 + sum(map(len, pieces)) + sum(child.length for child in self.children)
        if self.length > LONGEST:
            raise ValueError(f"the expression is too large: its text would exceed {LONGEST} bytes; compute() a part first")

    @classmethod
    def operand(cls, value):
        """An array."""
        return cls((), value=value)

    @classmethod
    def parameter(cls, name):
        """A name that gets its array later."""
        return cls((name,), name=name)

    @classmethod
    def literal(cls, text):
        """A value that is part of the expression."""
        return cls((text,))

    @classmethod
    def infix(cls, sign, left, right):
        """Two trees and the sign between them."""
        return cls(("(", f" {sign} ", ")"), (left, right))

    @classmethod
    def prefix(cls, sign, child):
        """A tree after a sign."""
        return cls((f"({sign}", ")"), (child,))

    @classmethod
    def index(cls, values, index):
        """Values at places or under a mask."""
        return cls(("", "[", "]"), (values, index))

    @classmethod
    def call(cls, function, arguments, keywords):
        """A function of trees."""
        names = [""] * len(arguments) + [f"{name}=" for name in keywords]
        children = [*arguments, *keywords.values()]
        separators = itertools.chain([f"{function}("], itertools.repeat(", "))
        pieces = [separator + name for separator, name in zip(separators, names)]
        return cls((*pieces, ")"), children)

    def render(self):
        """The text, and the arrays by their names in it."""
        names, operands, parts = {}, {}, []
        parameters = self._parameters()
        fresh = (name for name in map("x{}".format, itertools.count()) if name not in parameters)
        # Depth is not bounded by the interpreter's stack: what remains to be written lies here.
        rest = [self]
        while rest:
            one = rest.pop()
            if isinstance(one, str):
                parts.append(one)
            elif one.children:
                between = itertools.zip_longest(one.pieces, one.children)
                rest.extend(part for pair in reversed(list(between)) for part in reversed(pair) if part is not None)
            elif one.pieces:
                parts.extend(one.pieces)
            else:
                name = names.get(id(one.value))
                if name is None:
                    name = names[id(one.value)] = next(fresh)
                    operands[name] = one.value
                parts.append(name)
        return "".join(parts), operands

    def _parameters(self):
        """The names of parameters below."""
        names, seen, rest = set(), set(), [self]
        while rest:
            one = rest.pop()
            if id(one) not in seen:
                seen.add(id(one))
                rest.extend(one.children)
                if one.name is not None:
                    names.add(one.name)
        return names

    def shape(self):
        """The shape, where it can be told from what operands say of theirs; None elsewhere."""
        shapes, rest = {}, [self]
        while rest:
            one = rest[-1]
            missing = [child for child in one.children if id(child) not in shapes]
            if missing:
                rest.extend(missing)
                continue
            shapes[id(rest.pop())] = one._shape_of([shapes[id(child)] for child in one.children])
        return shapes[id(self)]

    def _shape_of(self, shapes):
        """The shape for children of these shapes."""
        if not self.children:
            shape = () if self.pieces else getattr(self.value, "shape", None)
            return None if self.name is not None or not isinstance(shape, tuple) else shape
        if self.pieces[0].removesuffix("(") in _REDUCTIONS:
            return () if len(shapes) == 1 else None
        if None in shapes or self.pieces[1] == "[":
            return None
        try:
            return np.broadcast_shapes(*shapes)
        except ValueError:
            # Told with the expression when it is computed.
            return None

    def operands(self):
        """The arrays below."""
        seen, found, rest = set(), [], [self]
        while rest:
            one = rest.pop()
            if id(one) not in seen:
                seen.add(id(one))
                rest.extend(one.children)
                if not one.children and not one.pieces:
                    found.append(one.value)
        return found
