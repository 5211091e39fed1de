//! Models of all sizes on computers of all sizes.

use super::*;
use crate::catalogue::Catalogue;

const GIB: u64 = 1 << 30;

fn need(id: &str, context_tokens: u32) -> ModelNeed {
    let catalogue = Catalogue::built_in();
    let model = catalogue.hub_model(id).unwrap();
    ModelNeed {
        weights_bytes: model.planned_bytes(),
        parameters_millions: model.parameters_millions,
        geometry: model.geometry.unwrap(),
        context_tokens,
        installed: false,
    }
}

const fn computer(memory_gib: u64) -> Computer {
    Computer { memory_bytes: memory_gib * GIB, cores: 4, disk_free_bytes: Some(100 * GIB), gpu_memory_bytes: None }
}

/// SmolLM2 135M on two cores, as it was measured on the reference machine.
fn small() -> Measured {
    let need = ModelNeed {
        weights_bytes: 98_362_432,
        parameters_millions: 135,
        geometry: Geometry { layers: 30, kv_heads: 3, head_size: 64 },
        context_tokens: 4_096,
        installed: true,
    };
    Measured::Other { speed: Speed { prefill: 245.0, decode: 95.0 }, need }
}

#[test]
fn memory_is_weights_context_and_working_memory() {
    let need = need("qwen3-4b", 8_192);
    // 36 × 8 × 128 × 4 bytes for each of 8,192 tokens.
    let context = 147_456 * 8_192;
    assert_eq!(need.memory_bytes(), 2_497_280_256 + context + (256 << 20) + 2_497_280_256 / 20);
}

#[test]
fn what_fits_depends_on_memory_card_and_disk() {
    use Fits::{Tight, TooLarge, Well};
    let cases = [
        ("qwen3-0.6b", 4_096, computer(4), Well),
        ("qwen3-4b", 8_192, computer(8), Well),
        ("qwen3-8b", 4_096, computer(8), Tight),
        ("qwen3-8b", 32_768, computer(8), TooLarge),
        ("qwen3-8b", 8_192, computer(16), Well),
        ("qwen3-14b", 8_192, computer(8), TooLarge),
        ("qwen3-14b", 8_192, computer(16), Well),
        ("qwen3-14b", 8_192, computer(13), Tight),
        ("llama-3.1-8b", 131_072, computer(16), TooLarge),
        ("qwen3-14b", 8_192, Computer { gpu_memory_bytes: Some(16 * GIB), ..computer(8) }, Well),
        ("qwen3-14b", 8_192, Computer { gpu_memory_bytes: Some(4 * GIB), ..computer(8) }, TooLarge),
        ("qwen3-4b", 8_192, Computer { gpu_memory_bytes: Some(2 * GIB), ..computer(16) }, Well),
        ("qwen3-4b", 8_192, Computer { disk_free_bytes: Some(2 * GIB), ..computer(16) }, TooLarge),
        ("qwen3-4b", 8_192, Computer { disk_free_bytes: None, ..computer(16) }, Well),
        ("qwen3-4b", 8_192, computer(0), TooLarge),
    ];
    for (id, context, computer, expected) in cases {
        let fit = fit(&need(id, context), &computer, None);
        assert_eq!(fit.fits, expected, "{id} with {context} tokens on {computer:?}: {fit}");
        assert_eq!((fit.article_minutes, fit.minutes_from), (None, None), "nothing was measured, nothing is said");
    }
    let there = ModelNeed { installed: true, ..need("qwen3-4b", 8_192) };
    let full = Computer { disk_free_bytes: Some(0), ..computer(16) };
    assert_eq!(fit(&there, &full, None).fits, Well, "what is on the disk needs no room there");
}

#[test]
fn minutes_come_from_the_measured_speeds() {
    let measured = Measured::Itself(Speed { prefill: 100.0, decode: 10.0 });
    let fit = fit(&need("qwen3-4b", 8_192), &computer(16), Some(&measured));
    // 12,600 ÷ 100 + 1,800 ÷ 10 = 306 s.
    assert!((fit.article_minutes.unwrap() - 5.1).abs() < 1e-9);
    assert_eq!(fit.minutes_from, Some(MinutesFrom::Measured));
    for broken in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let measured = Measured::Itself(Speed { prefill: broken, decode: 10.0 });
        let fit = super::fit(&need("qwen3-4b", 8_192), &computer(16), Some(&measured));
        assert_eq!((fit.article_minutes, fit.minutes_from), (None, None), "{broken}");
    }
}

#[test]
fn before_it_is_measured_a_model_is_as_much_slower_as_it_is_larger() {
    let fit_of = |id: &str| fit(&need(id, 4_096), &computer(64), Some(&small()));
    let Measured::Other { speed, need: from } = small() else { unreachable!() };
    let large = Speed::scaled(speed, &from, &need("qwen3-4b", 4_096));
    assert!((large.decode - 95.0 * 98_362_432.0 / 2_497_280_256.0).abs() < 1e-9, "{large:?}");
    assert!((large.prefill - 245.0 * 135.0 / 4_020.0).abs() < 1e-9, "{large:?}");
    let ids = ["smollm2-360m", "qwen3-0.6b", "qwen3-1.7b", "qwen3-4b", "qwen3-8b", "qwen3-14b"];
    let minutes: Vec<f64> = ids.iter().map(|id| fit_of(id).article_minutes.unwrap()).collect();
    assert!(minutes.windows(2).all(|pair| pair[0] < pair[1]), "{minutes:?}");
    assert_eq!(fit_of("qwen3-4b").minutes_from, Some(MinutesFrom::Scaled));
}

#[test]
fn the_words_say_what_the_numbers_mean() {
    let measured = Measured::Itself(Speed { prefill: 100.0, decode: 10.0 });
    let said = |id: &str, computer: Computer, measured: Option<&Measured>| {
        fit(&need(id, 8_192), &computer, measured).to_string()
    };
    assert_eq!(
        said("qwen3-4b", computer(16), Some(&measured)),
        "Fits: 4.1 GB of memory, about 5 minutes for an article of 1,000 words"
    );
    let fast = Measured::Itself(Speed { prefill: 1_000.0, decode: 100.0 });
    assert!(said("qwen3-4b", computer(16), Some(&fast)).ends_with("less than a minute for an article of 1,000 words"));
    assert_eq!(
        said("qwen3-14b", computer(8), Some(&measured)),
        "Too large: 11.1 GB of memory, and this computer has 8.6 GB",
        "minutes of what does not run are not said"
    );
    assert!(
        said("qwen3-8b", Computer { gpu_memory_bytes: Some(16 * GIB), ..computer(8) }, None).contains("graphics card")
    );
}
