/** A node of a red-black tree: it carries its own links. */
export interface TreeNode<Node> {
  parent: Node | undefined;
  left: Node | undefined;
  right: Node | undefined;
  red: boolean;
}

type Side = "left" | "right";

/**
 * A red-black tree that takes the shape of the kernel's (lib/rbtree.c), node for node: where a
 * search in it is wrong, what it finds depends on the shape. The caller says where a node goes.
 */
export class RedBlackTree<Node extends TreeNode<Node>> {
  root: Node | undefined;

  /** Links a node below a parent, or as the root. rb_link_node(), rb_insert_color() */
  link(node: Node, parent: Node | undefined, side: Side): void {
    node.parent = parent;
    node.left = undefined;
    node.right = undefined;
    node.red = true;
    if (parent === undefined) this.root = node;
    else parent[side] = node;
    this.#balanceAfterLink(node);
  }

  /** Takes a node out and balances. rb_erase() */
  unlink(node: Node): void {
    if (node.left !== undefined && node.right !== undefined) this.#swapWithNext(node);
    const child = node.left ?? node.right;
    const { parent } = node;
    const side: Side = parent?.left === node ? "left" : "right";
    this.#replace(node, child);
    if (child !== undefined) child.red = false;
    else if (!node.red && parent !== undefined) this.#balanceAfterUnlink(parent, side);
  }

  /** The first node in order. rb_first() */
  first(): Node | undefined {
    return this.root === undefined ? undefined : leftmost(this.root);
  }

  /** The next node in order. rb_next() */
  next(node: Node): Node | undefined {
    if (node.right !== undefined) return leftmost(node.right);
    let at: Node = node;
    while (at.parent !== undefined && at.parent.right === at) at = at.parent;
    return at.parent;
  }

  #balanceAfterLink(added: Node): void {
    let node = added;
    for (;;) {
      const { parent } = node;
      if (parent === undefined) {
        node.red = false;
        return;
      }
      const grand = parent.parent;
      if (!parent.red || grand === undefined) return;
      const outer: Side = grand.left === parent ? "left" : "right";
      const inner = other(outer);
      const uncle = grand[inner];
      if (uncle?.red !== true) {
        const top = parent[inner] === node ? this.#rotate(parent, outer) : parent;
        top.red = false;
        grand.red = true;
        this.#rotate(grand, inner);
        return;
      }
      uncle.red = false;
      parent.red = false;
      grand.red = true;
      node = grand;
    }
  }

  /** A black node is missing on one side of a parent. */
  #balanceAfterUnlink(from: Node, missing: Side): void {
    let parent = from;
    let side = missing;
    for (;;) {
      const far = other(side);
      let sibling = parent[far];
      if (sibling?.red === true) {
        sibling.red = false;
        parent.red = true;
        this.#rotate(parent, side);
        sibling = parent[far];
      }
      if (sibling === undefined) return;
      if (sibling[far]?.red === true || sibling[side]?.red === true) {
        this.#borrow(parent, sibling, side);
        return;
      }
      sibling.red = true;
      if (parent.red || parent.parent === undefined) {
        parent.red = false;
        return;
      }
      side = parent.parent.left === parent ? "left" : "right";
      parent = parent.parent;
    }
  }

  /** The sibling has a red child to spare; the outer one is taken if it is red. */
  #borrow(parent: Node, sibling: Node, side: Side): void {
    const far = other(side);
    let top = sibling;
    if (sibling[far]?.red !== true) {
      top = this.#rotate(sibling, far);
      top.red = false;
      sibling.red = true;
    }
    top.red = parent.red;
    parent.red = false;
    const outer = top[far];
    if (outer !== undefined) outer.red = false;
    this.#rotate(parent, side);
  }

  /** Turns a node down to one side; the child that takes its place. */
  #rotate(node: Node, side: Side): Node {
    const far = other(side);
    const child = node[far] as Node;
    const moved = child[side];
    node[far] = moved;
    if (moved !== undefined) moved.parent = node;
    this.#replace(node, child);
    child[side] = node;
    node.parent = child;
    return child;
  }

  /** Puts another node, or nothing, where a node hangs. */
  #replace(node: Node, by: Node | undefined): void {
    const { parent } = node;
    if (parent === undefined) this.root = by;
    else if (parent.left === node) parent.left = by;
    else parent.right = by;
    if (by !== undefined) by.parent = parent;
  }

  /** A node with two children changes places, and colours, with the next one in order. */
  #swapWithNext(node: Node): void {
    const next = leftmost(node.right as Node);
    const { left, right, red } = node;
    const { parent: nextParent, right: nextRight, red: nextRed } = next;
    this.#replace(node, next);
    next.left = left;
    if (left !== undefined) left.parent = next;
    if (right === next) {
      next.right = node;
      node.parent = next;
    } else {
      next.right = right;
      if (right !== undefined) right.parent = next;
      if (nextParent !== undefined) nextParent.left = node;
      node.parent = nextParent;
    }
    node.left = undefined;
    node.right = nextRight;
    if (nextRight !== undefined) nextRight.parent = node;
    node.red = nextRed;
    next.red = red;
  }
}

function other(side: Side): Side {
  return side === "left" ? "right" : "left";
}

function leftmost<Node extends TreeNode<Node>>(from: Node): Node {
  let at = from;
  while (at.left !== undefined) at = at.left;
  return at;
}
