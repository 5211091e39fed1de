//! Neighbouring passages of one document become one. Pure.

use quillhouse_domain::DocumentId;

/// Where a passage stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) document: DocumentId,
    /// Position in its document.
    pub(super) ordinal: u32,
    pub(super) heading_path: Vec<String>,
}

/// Groups the places that follow each other in one document and stand under one heading, or one under a heading of the
/// other's. Each group is in the document's order; groups are in the order of their best, that is first given, place.
pub(super) fn join(places: &[Place]) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_by(|&left, &right| {
        (places[left].document, places[left].ordinal).cmp(&(places[right].document, places[right].ordinal))
    });
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for position in order {
        let place = &places[position];
        match groups.last_mut() {
            Some(group) if group.last().is_some_and(|&before| follows(&places[before], place)) => group.push(position),
            _ => groups.push(vec![position]),
        }
    }
    groups.sort_by_key(|group| group.iter().min().copied());
    groups
}

fn follows(before: &Place, after: &Place) -> bool {
    let (short, long) = if before.heading_path.len() <= after.heading_path.len() {
        (&before.heading_path, &after.heading_path)
    } else {
        (&after.heading_path, &before.heading_path)
    };
    before.document == after.document
        && before.ordinal.checked_add(1) == Some(after.ordinal)
        && (short == long || (!short.is_empty() && long.starts_with(short)))
}

/// The headings that all of a group stands under.
pub(super) fn common_path<'a>(paths: impl IntoIterator<Item = &'a [String]>) -> Vec<String> {
    let mut paths = paths.into_iter();
    let Some(first) = paths.next() else { return Vec::new() };
    let length = paths.fold(first.len(), |length, path| {
        first.iter().zip(path).take(length).take_while(|(left, right)| left == right).count()
    });
    first[..length].to_vec()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn place(document: u128, ordinal: u32, path: &[&str]) -> Place {
        Place {
            document: DocumentId::from_uuid(Uuid::from_u128(document)),
            ordinal,
            heading_path: path.iter().map(|&heading| heading.to_owned()).collect(),
        }
    }

    #[test]
    fn what_follows_is_joined_and_nothing_else() {
        for (places, expected) in [
            (vec![], vec![]),
            (vec![place(1, 4, &[])], vec![vec![0]]),
            (vec![place(1, 5, &["A"]), place(1, 4, &["A"])], vec![vec![1, 0]]),
            (vec![place(1, 4, &["A"]), place(2, 5, &["A"])], vec![vec![0], vec![1]]),
            (vec![place(1, 4, &["A"]), place(1, 6, &["A"])], vec![vec![0], vec![1]]),
            (vec![place(1, 4, &["A"]), place(1, 5, &["B"])], vec![vec![0], vec![1]]),
            (vec![place(1, 4, &["A"]), place(1, 5, &["A", "B"])], vec![vec![0, 1]]),
            (vec![place(1, 4, &[]), place(1, 5, &["A"])], vec![vec![0], vec![1]]),
            (vec![place(1, u32::MAX, &[]), place(1, 0, &[])], vec![vec![0], vec![1]]),
            (
                vec![place(2, 0, &[]), place(1, 9, &[]), place(1, 1, &[]), place(1, 8, &[]), place(2, 1, &[])],
                vec![vec![0, 4], vec![3, 1], vec![2]],
            ),
        ] {
            assert_eq!(join(&places), expected, "{places:?}");
        }
    }

    #[test]
    fn a_group_stands_under_what_all_of_it_stands_under() {
        let path = |path: &[&str]| path.iter().map(|&heading| heading.to_owned()).collect::<Vec<_>>();
        let (long, short, other) = (path(&["A", "B", "C"]), path(&["A", "B"]), path(&["A", "X", "C"]));
        assert_eq!(common_path([&long[..], &short]), short);
        assert_eq!(common_path([&long[..], &short, &other]), path(&["A"]));
        assert_eq!(common_path([]), [] as [String; 0]);
    }
}
