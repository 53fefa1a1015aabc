//! Tables of logarithms of `f32`, and the polynomials for what is left (`crates/expr/testdata/polynomials.py`).

use super::super::tables::Table;

/// Where the first of the cells begins. Each is a sixteenth of an octave, and 1 is in the middle of one.
pub(super) const LEAST: f32 = 0.671_875;

/// For natural logarithms: what a number is taken times, the logarithm of its inverse, and what that lacks.
pub(super) const LN: [Table<f32>; 3] = [INVERSES, LN_HIGH, LN_LOW];
/// The same for binary logarithms.
pub(super) const LOG2: [Table<f32>; 3] = [INVERSES, LOG2_HIGH, LOG2_LOW];
/// The same for decimal logarithms.
pub(super) const LOG10: [Table<f32>; 3] = [INVERSES, LOG10_HIGH, LOG10_LOW];

/// Near the inverse of each cell.
const INVERSES: Table<f32> = [
    f32::from_bits(0x3FBA_2000),
    f32::from_bits(0x3FB2_2000),
    f32::from_bits(0x3FAA_A000),
    f32::from_bits(0x3FA3_E000),
    f32::from_bits(0x3F9D_8000),
    f32::from_bits(0x3F97_C000),
    f32::from_bits(0x3F92_4000),
    f32::from_bits(0x3F8D_4000),
    f32::from_bits(0x3F88_0000),
    f32::from_bits(0x3F84_0000),
    f32::from_bits(0x3F80_0000),
    f32::from_bits(0x3F70_0000),
    f32::from_bits(0x3F64_0000),
    f32::from_bits(0x3F57_8000),
    f32::from_bits(0x3F4C_C000),
    f32::from_bits(0x3F43_0000),
];
/// Their logarithms with the sign changed, to so many digits that a multiple of ln 2 and they have an exact sum;
/// and what those lack.
const LN_HIGH: Table<f32> = [
    f32::from_bits(0xBEBF_B000),
    f32::from_bits(0xBEA9_3200),
    f32::from_bits(0xBE93_2C00),
    f32::from_bits(0xBE7D_0000),
    f32::from_bits(0xBE54_6000),
    f32::from_bits(0xBE2E_4C00),
    f32::from_bits(0xBE08_7C00),
    f32::from_bits(0xBDC9_B800),
    f32::from_bits(0xBD78_5000),
    f32::from_bits(0xBCFC_2000),
    0.0,
    f32::from_bits(0x3D84_3000),
    f32::from_bits(0x3DED_3800),
    f32::from_bits(0x3E30_5800),
    f32::from_bits(0x3E64_C000),
    f32::from_bits(0x3E8B_5A00),
];
const LN_LOW: Table<f32> = [
    f32::from_bits(0x35BE_C551),
    f32::from_bits(0x3690_8A34),
    f32::from_bits(0x36F0_7664),
    f32::from_bits(0xB661_DDAC),
    f32::from_bits(0x3618_1BBF),
    f32::from_bits(0x36FF_E29A),
    f32::from_bits(0xB5E4_2254),
    f32::from_bits(0xB6BC_AAB3),
    f32::from_bits(0xB5C3_0046),
    f32::from_bits(0x36B2_78C4),
    0.0,
    f32::from_bits(0xB6CE_94C4),
    f32::from_bits(0x361D_8E11),
    f32::from_bits(0x36C4_02C2),
    f32::from_bits(0xB57F_0C57),
    f32::from_bits(0x36E6_5D68),
];
/// `ln (1 + f) / f`, less 1.
pub(super) const LN_SERIES: [f32; 5] = [
    0.0,
    f32::from_bits(0xBEFF_FFFE),
    f32::from_bits(0x3EAA_AAA9),
    f32::from_bits(0xBE80_1E21),
    f32::from_bits(0x3E4D_0074),
];
/// The same of binary logarithms.
const LOG2_HIGH: Table<f32> = [
    f32::from_bits(0xBF0A_4600),
    f32::from_bits(0xBEF4_1800),
    f32::from_bits(0xBED4_5200),
    f32::from_bits(0xBEB6_8000),
    f32::from_bits(0xBE99_3200),
    f32::from_bits(0xBE7B_7400),
    f32::from_bits(0xBE44_E800),
    f32::from_bits(0xBE11_8400),
    f32::from_bits(0xBDB3_2000),
    f32::from_bits(0xBD35_D000),
    0.0,
    f32::from_bits(0x3DBE_B000),
    f32::from_bits(0x3E2B_2000),
    f32::from_bits(0x3E7E_6C00),
    f32::from_bits(0x3EA5_0200),
    f32::from_bits(0x3EC9_0C00),
];
const LOG2_LOW: Table<f32> = [
    f32::from_bits(0x362C_EA8D),
    f32::from_bits(0xB520_A698),
    f32::from_bits(0x3640_E84C),
    f32::from_bits(0xB6DF_6565),
    f32::from_bits(0x35D3_929B),
    f32::from_bits(0x36EA_6A60),
    f32::from_bits(0xB5D0_AB43),
    f32::from_bits(0xB603_2E95),
    f32::from_bits(0x3510_536F),
    f32::from_bits(0xB6D3_758F),
    0.0,
    f32::from_bits(0x3492_D9F7),
    f32::from_bits(0xB68F_5801),
    f32::from_bits(0xB644_0D2A),
    f32::from_bits(0xB50D_0B48),
    f32::from_bits(0x3212_4DD4),
];
/// `log₂ (1 + f) / f`, less the nearest float to the logarithm of e.
pub(super) const LOG2_SERIES: [f32; 5] = [
    f32::from_bits(0x32A5_7060),
    f32::from_bits(0xBF38_AA3A),
    f32::from_bits(0x3EF6_384C),
    f32::from_bits(0xBEB8_D5B3),
    f32::from_bits(0x3E93_E0A5),
];
/// The same of decimal logarithms.
const LOG10_HIGH: Table<f32> = [
    f32::from_bits(0xBE26_8000),
    f32::from_bits(0xBE12_F600),
    f32::from_bits(0xBDFF_A800),
    f32::from_bits(0xBDDB_C000),
    f32::from_bits(0xBDB8_7800),
    f32::from_bits(0xBD97_6400),
    f32::from_bits(0xBD6D_1800),
    f32::from_bits(0xBD2F_3800),
    f32::from_bits(0xBCD7_B000),
    f32::from_bits(0xBC5B_0000),
    0.0,
    f32::from_bits(0x3CE5_A000),
    f32::from_bits(0x3D4E_1000),
    f32::from_bits(0x3D99_2C00),
    f32::from_bits(0x3DC6_B000),
    f32::from_bits(0x3DF2_1400),
];
const LOG10_LOW: Table<f32> = [
    f32::from_bits(0x3643_A1AF),
    f32::from_bits(0x35DB_275C),
    f32::from_bits(0xB511_55DE),
    f32::from_bits(0xB644_A740),
    f32::from_bits(0x3609_20A0),
    f32::from_bits(0x3625_FEA5),
    f32::from_bits(0xB5E2_AAA6),
    f32::from_bits(0xB4FD_3EE7),
    f32::from_bits(0x33DA_9FE3),
    f32::from_bits(0x3637_B8A7),
    0.0,
    f32::from_bits(0xB5E0_664F),
    f32::from_bits(0xB650_A820),
    f32::from_bits(0x35E9_083F),
    f32::from_bits(0x3534_EE4E),
    f32::from_bits(0x3653_05B3),
];
/// `log₁₀ (1 + f) / f`, likewise.
pub(super) const LOG10_SERIES: [f32; 5] = [
    f32::from_bits(0xB22D_91AF),
    f32::from_bits(0xBE5E_5BD7),
    f32::from_bits(0x3E14_3D3A),
    f32::from_bits(0xBDDE_9030),
    f32::from_bits(0x3DB2_0FF1),
];
