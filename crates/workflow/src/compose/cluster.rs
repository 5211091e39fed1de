//! From runs to sections: strong and different heading groups become seeds, every run goes to its nearest seed.
//!
//! Invariants
//! - Deterministic; no run stands in two sections.
//! - A section takes at most [`RUNS_PER_DOCUMENT`] runs of one document, and one more under the heading it grew from, unless
//!   the library has nothing else.
//! - What is far from a section comes into it only when the wanted length cannot be reached without it.

use std::collections::{BTreeMap, BTreeSet};

use quillhouse_domain::DocumentId;

use super::{
    run::Run,
    space::{Point, Space},
};

/// Runs of one document in one section.
pub(super) const RUNS_PER_DOCUMENT: usize = 2;
/// Documents that an article should draw on where there are so many.
const DOCUMENTS: usize = 4;
/// Runs of two headings this near to each other are about one thing. MiniLM over the demo brands: 0.45 to 0.7 within a
/// matter, below 0.3 across.
const NEAR: f32 = 0.42;
/// Two sentences of the article this near to each other say nearly the same.
const REDUNDANT: f32 = 0.80;
/// The same by rare shared terms alone.
const REDUNDANT_TERMS: f32 = 0.70;

/// The runs of one section in reading order.
#[derive(Debug, Clone)]
pub(super) struct Cluster {
    /// Indexes of runs.
    pub(super) runs: Vec<usize>,
    /// The run group that the section grew from.
    pub(super) seed: Seed,
}

/// Runs under one heading of one document.
#[derive(Debug, Clone)]
pub(super) struct Seed {
    document: DocumentId,
    pub(super) heading_path: Vec<String>,
    members: Vec<usize>,
    score: f32,
    point: Point,
}

/// Makes at most `count` sections, together of about `body_words`; fewer when the evidence gives fewer.
pub(super) fn clusters(runs: &[Run], space: &Space, count: usize, body_words: usize) -> Vec<Cluster> {
    let seeds = choose_seeds(groups(runs, space), space, count);
    let mut clusters: Vec<Cluster> = seeds.into_iter().map(|seed| Cluster { runs: Vec::new(), seed }).collect();
    let mut filling = Filling { runs, space, alike: alike(runs, space), taken: vec![false; runs.len()] };
    for cluster in &mut clusters {
        let mut lead: Vec<usize> = cluster.seed.members.clone();
        lead.sort_by(|&left, &right| {
            lead_score(&runs[right]).total_cmp(&lead_score(&runs[left])).then(left.cmp(&right))
        });
        if let Some(&first) = lead.iter().find(|&&run| filling.admits(run)) {
            filling.take(first, cluster);
        }
    }
    clusters.retain(|cluster| !cluster.runs.is_empty());
    let budget_words = body_words / clusters.len().max(1);
    let best = runs.iter().map(|run| run.score).fold(0.0, f32::max);
    // What is hardly related comes in only when the wanted length cannot be reached without it.
    for (per_document, floor, near) in [
        (RUNS_PER_DOCUMENT, best * 0.5, NEAR),
        (RUNS_PER_DOCUMENT + 1, best * 0.42, NEAR * 0.8),
        (RUNS_PER_DOCUMENT + 2, best * 0.3, NEAR * 0.55),
        (RUNS_PER_DOCUMENT + 2, best * 0.3, 0.0),
    ] {
        let limits = Limits { per_document, floor, near };
        loop {
            // The emptiest section chooses next, so that none starves.
            let mut order: Vec<usize> = (0..clusters.len()).collect();
            order.sort_by_key(|&index| (words(&clusters[index], runs), index));
            let next = order
                .into_iter()
                .find_map(|index| filling.next_for(index, &clusters, budget_words, &limits).map(|run| (index, run)));
            let Some((index, run)) = next else { break };
            filling.take(run, &mut clusters[index]);
        }
    }
    spread(&mut clusters, &mut filling);
    for cluster in &mut clusters {
        arrange(cluster, runs, space);
    }
    clusters
}

/// Brings in the best run of further documents until [`DOCUMENTS`] are cited, each in the place of a weak run of a
/// document that has others.
fn spread(clusters: &mut [Cluster], filling: &mut Filling<'_>) {
    const MOST_WORDS: usize = 75;
    loop {
        let runs = filling.runs;
        let mut cited: BTreeMap<DocumentId, usize> = BTreeMap::new();
        for &run in clusters.iter().flat_map(|cluster| &cluster.runs) {
            *cited.entry(runs[run].document).or_default() += 1;
        }
        if cited.len() >= DOCUMENTS || clusters.is_empty() {
            return;
        }
        let fresh = (0..runs.len())
            .filter(|&run| {
                !cited.contains_key(&runs[run].document)
                    && runs[run].words <= MOST_WORDS
                    && !runs[run].list
                    && filling.admits(run)
            })
            .max_by(|&left, &right| runs[left].score.total_cmp(&runs[right].score).then(right.cmp(&left)));
        let Some(fresh) = fresh else { return };
        let home = (0..clusters.len())
            .max_by(|&left, &right| {
                let near = |at: usize| filling.space.nearness(&runs[fresh].point, &clusters[at].seed.point);
                near(left).total_cmp(&near(right)).then(right.cmp(&left))
            })
            .unwrap_or(0);
        let weakest = (1..clusters[home].runs.len())
            .filter(|&at| cited.get(&runs[clusters[home].runs[at]].document).is_some_and(|&count| count > 1))
            .min_by(|&left, &right| {
                runs[clusters[home].runs[left]]
                    .score
                    .total_cmp(&runs[clusters[home].runs[right]].score)
                    .then(left.cmp(&right))
            });
        if let Some(weakest) = weakest {
            clusters[home].runs.remove(weakest);
        }
        filling.take(fresh, &mut clusters[home]);
    }
}

fn words(cluster: &Cluster, runs: &[Run]) -> usize {
    cluster.runs.iter().map(|&run| runs[run].words).sum()
}

/// The first paragraph of a section is prose with more than one sentence when there is one.
fn lead_score(run: &Run) -> f32 {
    run.score * if run.list { 0.6 } else { 1.0 } * if run.sentences.len() > 1 { 1.0 } else { 0.85 }
}

fn groups(runs: &[Run], space: &Space) -> Vec<Seed> {
    let mut groups: BTreeMap<(DocumentId, &[String]), Vec<usize>> = BTreeMap::new();
    for (index, run) in runs.iter().enumerate() {
        groups.entry((run.document, run.heading_path.as_slice())).or_default().push(index);
    }
    let mut seeds: Vec<Seed> = groups
        .into_iter()
        .map(|((document, heading_path), members)| {
            let mut scores: Vec<f32> = members.iter().map(|&run| runs[run].score).collect();
            scores.sort_by(|left, right| right.total_cmp(left));
            let words: usize = members.iter().map(|&run| runs[run].words).sum();
            let substance = (words as f32 / 60.0).min(1.0);
            let mean = scores.iter().sum::<f32>() / scores.len() as f32;
            let score = scores[0] * 0.4 + scores.get(1).copied().unwrap_or(scores[0] * 0.6) * 0.2 + mean * 0.4;
            let sentences: Vec<u32> = members.iter().flat_map(|&run| runs[run].sentences.iter().copied()).collect();
            Seed {
                document,
                heading_path: heading_path.to_vec(),
                score: score * (0.75 + 0.25 * substance),
                point: space.middle(&sentences),
                members,
            }
        })
        .collect();
    seeds.sort_by(|left, right| right.score.total_cmp(&left.score).then(left.members.cmp(&right.members)));
    seeds
}

/// Strong groups that differ from each other, from different documents where there is a choice.
fn choose_seeds(mut groups: Vec<Seed>, space: &Space, count: usize) -> Vec<Seed> {
    let mut seeds: Vec<Seed> = Vec::new();
    // A group far behind the best is about something else; three sections are the least of an article.
    let best = groups.first().map_or(0.0, |group| group.score);
    let near = groups.iter().filter(|group| group.score >= best * 0.62).count();
    groups.truncate(near.max(count.min(4)));
    while seeds.len() < count && !groups.is_empty() {
        let value = |group: &Seed| {
            let alike = seeds.iter().map(|seed| space.nearness(&group.point, &seed.point)).fold(0.0, f32::max);
            let siblings = seeds.iter().filter(|seed| seed.document == group.document).count();
            let same_name = seeds
                .iter()
                .any(|seed| seed.heading_path.last() == group.heading_path.last() && !group.heading_path.is_empty());
            group.score * (1.0 - 0.5 * alike) * 0.82_f32.powi(siblings as i32) * if same_name { 0.6 } else { 1.0 }
        };
        let best = (0..groups.len())
            .max_by(|&left, &right| value(&groups[left]).total_cmp(&value(&groups[right])).then(right.cmp(&left)));
        let Some(best) = best else { break };
        seeds.push(groups.remove(best));
    }
    seeds
}

/// For each run the others that say some of the same; measured once, asked often.
fn alike(runs: &[Run], space: &Space) -> Vec<Vec<usize>> {
    let mut alike: Vec<Vec<usize>> = vec![Vec::new(); runs.len()];
    for left in 0..runs.len() {
        for right in left + 1..runs.len() {
            let repeats = runs[left].sentences.iter().any(|&one| {
                runs[right].sentences.iter().any(|&other| {
                    space.between(one, other) >= REDUNDANT || space.lexical(one, other) >= REDUNDANT_TERMS
                })
            });
            if repeats {
                alike[left].push(right);
                alike[right].push(left);
            }
        }
    }
    alike
}

/// One short sentence from elsewhere is a paragraph that nobody asked for; only the wanted length excuses it.
fn is_stray(run: &Run) -> bool {
    const FEWEST_WORDS: usize = 12;
    run.sentences.len() == 1 && run.words < FEWEST_WORDS
}

/// What a run must reach to come into a section of another heading.
struct Limits {
    per_document: usize,
    floor: f32,
    near: f32,
}

/// What has been used so far.
struct Filling<'a> {
    runs: &'a [Run],
    space: &'a Space,
    alike: Vec<Vec<usize>>,
    taken: Vec<bool>,
}

impl Filling<'_> {
    /// True when no sentence of the run says again what an earlier one said.
    fn admits(&self, run: usize) -> bool {
        !self.taken[run] && self.alike[run].iter().all(|&other| !self.taken[other])
    }

    fn take(&mut self, run: usize, cluster: &mut Cluster) {
        self.taken[run] = true;
        cluster.runs.push(run);
    }

    /// True for a run under the heading that the section grew from.
    fn is_home(&self, run: usize, cluster: &Cluster) -> bool {
        self.runs[run].document == cluster.seed.document && self.runs[run].heading_path == cluster.seed.heading_path
    }

    /// True for a run under a heading that the section has taken something from.
    fn is_known(&self, run: usize, cluster: &Cluster) -> bool {
        cluster.runs.iter().any(|&other| {
            self.runs[other].document == self.runs[run].document
                && self.runs[other].heading_path == self.runs[run].heading_path
        })
    }

    /// The run that serves a section best and fits into its budget.
    fn next_for(&self, index: usize, clusters: &[Cluster], budget_words: usize, limits: &Limits) -> Option<usize> {
        let &Limits { per_document, floor, near: least_near } = limits;
        let cluster = &clusters[index];
        let used = words(cluster, self.runs);
        if used * 100 >= budget_words * 93 {
            return None;
        }
        let has_list = cluster.runs.iter().any(|&run| self.runs[run].list);
        // A list stands out, so it must be about the matter.
        let list_floor = self.runs.iter().map(|run| run.score).fold(0.0, f32::max) * 0.55;
        let lists = clusters.iter().flat_map(|cluster| &cluster.runs).filter(|&&run| self.runs[run].list).count();
        let known_documents: BTreeSet<DocumentId> =
            clusters.iter().flat_map(|cluster| &cluster.runs).map(|&run| self.runs[run].document).collect();
        let value = |run: usize| {
            let candidate = &self.runs[run];
            let near = self.space.nearness(&candidate.point, &cluster.seed.point);
            let nearer_elsewhere = clusters
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != index)
                .map(|(_, other)| self.space.nearness(&candidate.point, &other.seed.point))
                .fold(0.0, f32::max)
                > near + 0.05;
            let weight = if self.is_home(run, cluster) {
                2.0
            } else if self.is_known(run, cluster) {
                1.35
            } else if nearer_elsewhere {
                0.5
            } else {
                1.0
            };
            // Readers trust what several documents say.
            let fresh = if known_documents.len() < DOCUMENTS && !known_documents.contains(&candidate.document) {
                1.3
            } else {
                1.0
            };
            (0.45 * candidate.score + 0.55 * near) * weight * fresh
        };
        (0..self.runs.len())
            .filter(|&run| {
                let candidate = &self.runs[run];
                let of_document =
                    cluster.runs.iter().filter(|&&other| self.runs[other].document == candidate.document).count();
                let home = self.is_home(run, cluster);
                let near = home
                    || self.is_known(run, cluster)
                    || self.space.nearness(&candidate.point, &cluster.seed.point) >= least_near;
                let of_another = least_near > 0.0 && !home && clusters.iter().any(|other| self.is_home(run, other));
                candidate.score >= if candidate.list { floor.max(list_floor) } else { floor }
                    && near
                    && (home || least_near <= 0.0 || !is_stray(candidate))
                    && !of_another
                    && of_document < if home { per_document + 1 } else { per_document }
                    && used + candidate.words <= budget_words + budget_words / 5
                    && !(candidate.list && (has_list || lists * 3 > clusters.len() + 2))
                    && self.admits(run)
            })
            .map(|run| (value(run), run))
            .filter(|(value, _)| *value > 0.12)
            .max_by(|left, right| left.0.total_cmp(&right.0).then(right.1.cmp(&left.1)))
            .map(|(_, run)| run)
    }
}

/// Lead first, then what is nearest to what was just said; runs of one document under one heading keep their order.
fn arrange(cluster: &mut Cluster, runs: &[Run], space: &Space) {
    if cluster.runs.is_empty() {
        return;
    }
    let mut rest = cluster.runs.split_off(1);
    while !rest.is_empty() {
        let last = &runs[cluster.runs[cluster.runs.len() - 1]];
        let best = (0..rest.len())
            .max_by(|&left, &right| {
                let value = |at: usize| {
                    let run = &runs[rest[at]];
                    let home = run.document == last.document && run.heading_path == last.heading_path;
                    let later = if run.list && rest.len() > 1 { -0.3 } else { 0.0 };
                    space.nearness(&run.point, &last.point) + if home { 1.0 } else { 0.0 } + later
                };
                value(left).total_cmp(&value(right)).then(rest[right].cmp(&rest[left]))
            })
            .unwrap_or(0);
        cluster.runs.push(rest.remove(best));
    }
    // Neighbours of one source read in the source's order.
    for at in 1..cluster.runs.len() {
        let (before, after) = (cluster.runs[at - 1], cluster.runs[at]);
        if runs[before].document == runs[after].document
            && runs[before].heading_path == runs[after].heading_path
            && before > after
            && !runs[after].list
        {
            cluster.runs.swap(at - 1, at);
        }
    }
}
