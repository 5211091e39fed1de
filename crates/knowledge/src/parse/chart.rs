//! Charts in decks and workbooks: the numbers behind the picture, as the file last saw them.

use std::ops::ControlFlow;

use quillhouse_domain::{BlockKind, Problem};

use super::{
    archive::Archive,
    assemble::Assembler,
    xml::{Xml, attribute, name},
};

/// Most charts read from one slide or sheet, and most points of one series.
const CHART_LIMIT: usize = 50;
const POINT_LIMIT: usize = 500;

/// One chart: a title and a table with a column for each series.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Chart {
    title: String,
    series: Vec<Series>,
}

#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Series {
    name: String,
    categories: Vec<(usize, String)>,
    values: Vec<(usize, String)>,
}

/// Charts on a slide or sheet, directly or by way of its drawing.
pub(crate) fn of_part(archive: &mut Archive<'_>, part: &str) -> Result<Vec<Chart>, Problem> {
    let mut parts = Vec::new();
    for link in archive.relationships(part)? {
        match link.kind.as_str() {
            "chart" => parts.push(link.target),
            "drawing" => {
                let drawn = archive.relationships(&link.target)?;
                parts.extend(drawn.into_iter().filter(|link| link.kind == "chart").map(|link| link.target));
            }
            _ => {}
        }
    }
    let mut charts = Vec::new();
    for part in parts.into_iter().take(CHART_LIMIT) {
        let chart = read(archive, &part)?;
        if !chart.title.trim().is_empty() || !chart.series.is_empty() {
            charts.push(chart);
        }
    }
    Ok(charts)
}

fn read(archive: &mut Archive<'_>, part: &str) -> Result<Chart, Problem> {
    let mut chart = Chart::default();
    let mut path: Vec<String> = Vec::new();
    let mut point = 0_usize;
    archive.walk(part, &mut |event| {
        match event {
            Xml::Start(element) => {
                let name = name(element).to_owned();
                match name.as_str() {
                    "ser" if chart.series.len() < CHART_LIMIT => chart.series.push(Series::default()),
                    "pt" => point = attribute(element, "idx").and_then(|index| index.parse().ok()).unwrap_or(0),
                    _ => {}
                }
                path.push(name);
            }
            Xml::End(name) => {
                if name == "p" && path.iter().any(|step| step == "title") {
                    chart.title.push(' ');
                }
                path.pop();
            }
            Xml::Text(text) if matches!(path.last().map(String::as_str), Some("t" | "v")) => {
                let within = |wanted: &str| path.iter().any(|step| step == wanted);
                if within("ser") {
                    let Some(series) = chart.series.last_mut() else { return ControlFlow::Continue(()) };
                    let add = |list: &mut Vec<(usize, String)>| {
                        let full = list.len() >= POINT_LIMIT;
                        match list.last_mut() {
                            Some((at, value)) if *at == point => value.push_str(text),
                            _ if !full => list.push((point, text.to_owned())),
                            _ => {}
                        }
                    };
                    if within("dLbls") || within("trendline") || within("extLst") {
                    } else if within("tx") {
                        series.name.push_str(text);
                    } else if within("cat") || within("xVal") {
                        add(&mut series.categories);
                    } else if within("val") || within("yVal") {
                        add(&mut series.values);
                    }
                } else if within("title") && !within("catAx") && !within("valAx") && !within("dateAx") {
                    chart.title.push_str(text);
                }
            }
            Xml::Text(_) => {}
        }
        ControlFlow::Continue(())
    })?;
    chart.series.retain(|series| !series.values.is_empty());
    Ok(chart)
}

impl Chart {
    /// Writes the title and one row for each category.
    pub(crate) fn write(&self, assembler: &mut Assembler) {
        assembler.push(BlockKind::Paragraph, &self.title);
        let Some(first) = self.series.first() else { return };
        if self.series.iter().any(|series| !series.name.trim().is_empty()) {
            let names: Vec<&str> = self.series.iter().map(|series| series.name.trim()).collect();
            assembler.push(BlockKind::TableRow, &format!(" | {}", names.join(" | ")));
        }
        let rows = self.series.iter().flat_map(|series| series.values.iter().map(|(at, _)| at + 1)).max().unwrap_or(0);
        for row in 0..rows.min(POINT_LIMIT) {
            let find = |list: &[(usize, String)]| {
                list.iter().find(|(at, _)| *at == row).map(|(_, text)| tidy(text)).unwrap_or_default()
            };
            let label = find(&first.categories);
            let label = if label.is_empty() { (row + 1).to_string() } else { label };
            let values: Vec<String> = self.series.iter().map(|series| find(&series.values)).collect();
            if values.iter().any(|value| !value.is_empty()) {
                assembler.push(BlockKind::TableRow, &format!("{label} | {}", values.join(" | ")));
            }
        }
    }
}

/// Cached numbers carry the noise of their binary form.
fn tidy(text: &str) -> String {
    match text.trim().parse::<f64>() {
        Ok(number) if text.len() > 12 => format!("{number:.6}").trim_end_matches('0').trim_end_matches('.').to_owned(),
        _ => text.trim().to_owned(),
    }
}
