// Goal: the tree stays sorted and balanced by the rules of red-black trees, whatever is linked and
// unlinked in whatever order.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RedBlackTree, type TreeNode } from "../../src/simulator/iommu/type1/red-black-tree.js";

class Node implements TreeNode<Node> {
  parent: Node | undefined;
  left: Node | undefined;
  right: Node | undefined;
  red = false;

  constructor(readonly key: number) {}
}

function insert(tree: RedBlackTree<Node>, node: Node): void {
  let parent: Node | undefined;
  let side: "left" | "right" = "left";
  for (let at = tree.root; at !== undefined; at = at[side]) {
    parent = at;
    side = node.key <= at.key ? "left" : "right";
  }
  tree.link(node, parent, side);
}

/** Black nodes on every way down; throws where a rule is broken. */
function blackHeight(node: Node | undefined, parent: Node | undefined): number {
  if (node === undefined) return 1;
  if (node.parent !== parent) throw new Error("a link to a parent is wrong");
  if (node.red && parent?.red !== false) throw new Error("a red node has a red parent, or none");
  const left = blackHeight(node.left, node);
  if (left !== blackHeight(node.right, node)) throw new Error("a way down is too black");
  return left + (node.red ? 0 : 1);
}

function keys(tree: RedBlackTree<Node>): number[] {
  const found: number[] = [];
  for (let at = tree.first(); at !== undefined; at = tree.next(at)) found.push(at.key);
  return found;
}

describe("a red-black tree", () => {
  it("keeps its rules", () => {
    const step = fc.tuple(fc.boolean(), fc.nat(50));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const tree = new RedBlackTree<Node>();
        const nodes: Node[] = [];
        for (const [add, number] of steps) {
          if (add || nodes.length === 0) {
            const node = new Node(number);
            insert(tree, node);
            nodes.push(node);
          } else {
            const [node] = nodes.splice(number % nodes.length, 1);
            if (node !== undefined) tree.unlink(node);
          }
          blackHeight(tree.root, undefined);
          const sorted = nodes.map(({ key }) => key).sort((one, other) => one - other);
          expect(keys(tree)).toEqual(sorted);
        }
      }),
      { numRuns: 100 },
    );
  });
});
