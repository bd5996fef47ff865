//! Circles of a directed graph.

/// Groups of nodes of which each reaches each other, only those of more than one node.
/// `edges[from]` holds the nodes that `from` leads to.
pub fn circles(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let reach: Vec<Vec<bool>> = (0..edges.len()).map(|from| reached(edges, from)).collect();
    let mut seen = vec![false; edges.len()];
    let mut found = Vec::new();
    for from in 0..edges.len() {
        if seen[from] {
            continue;
        }
        let group: Vec<usize> =
            (from..edges.len()).filter(|to| reach[from][*to] && reach[*to][from]).collect();
        if group.len() > 1 {
            group.iter().for_each(|node| seen[*node] = true);
            found.push(group);
        }
    }
    found
}

/// Which nodes `from` leads to, in one step or more.
fn reached(edges: &[Vec<usize>], from: usize) -> Vec<bool> {
    let mut reached = vec![false; edges.len()];
    let mut left = edges[from].clone();
    while let Some(node) = left.pop() {
        if !std::mem::replace(&mut reached[node], true) {
            left.extend(&edges[node]);
        }
    }
    reached
}

#[test]
fn a_circle_is_found_with_all_its_nodes_and_no_other() {
    // 0 -> 1 -> 2 -> 1, 2 -> 3, 3 -> 3: one circle, and a node that names itself is none.
    assert_eq!(circles(&[vec![1], vec![2], vec![1, 3], vec![3]]), [[1, 2]]);
    assert_eq!(circles(&[vec![1, 2], vec![2], vec![]]), Vec::<Vec<usize>>::new());
}
