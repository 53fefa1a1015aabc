//! Tables of logarithms of `f64`, and the polynomials for what is left (`crates/expr/testdata/polynomials.py`).

use super::super::tables::Table;

/// Where the first of the cells begins. Each is a sixteenth of an octave, and 1 is in the middle of one.
pub(super) const LEAST: f64 = 0.671_875;

/// For natural logarithms: what a number is taken times, the logarithm of its inverse, and what that lacks.
pub(super) const LN: [Table<f64>; 3] = [INVERSES, LN_HIGH, LN_LOW];
/// The same for binary logarithms.
pub(super) const LOG2: [Table<f64>; 3] = [INVERSES, LOG2_HIGH, LOG2_LOW];
/// The same for decimal logarithms.
pub(super) const LOG10: [Table<f64>; 3] = [INVERSES, LOG10_HIGH, LOG10_LOW];

/// Near the inverse of each cell.
const INVERSES: Table<f64> = [
    f64::from_bits(0x3FF7_4400_0000_0000),
    f64::from_bits(0x3FF6_4400_0000_0000),
    f64::from_bits(0x3FF5_5400_0000_0000),
    f64::from_bits(0x3FF4_7C00_0000_0000),
    f64::from_bits(0x3FF3_B000_0000_0000),
    f64::from_bits(0x3FF2_F800_0000_0000),
    f64::from_bits(0x3FF2_4800_0000_0000),
    f64::from_bits(0x3FF1_A800_0000_0000),
    f64::from_bits(0x3FF1_0000_0000_0000),
    f64::from_bits(0x3FF0_8000_0000_0000),
    f64::from_bits(0x3FF0_0000_0000_0000),
    f64::from_bits(0x3FEE_0000_0000_0000),
    f64::from_bits(0x3FEC_8000_0000_0000),
    f64::from_bits(0x3FEA_F000_0000_0000),
    f64::from_bits(0x3FE9_9800_0000_0000),
    f64::from_bits(0x3FE8_6000_0000_0000),
];
/// Their logarithms with the sign changed, to so many digits that a multiple of ln 2 and they have an exact sum;
/// and what those lack.
const LN_HIGH: Table<f64> = [
    f64::from_bits(0xBFD7_F5FA_09D5_8000),
    f64::from_bits(0xBFD5_262D_EEB9_9000),
    f64::from_bits(0xBFD2_6561_F133_8000),
    f64::from_bits(0xBFCF_A01C_3BB5_8000),
    f64::from_bits(0xBFCA_8BEC_FC88_2000),
    f64::from_bits(0xBFC5_C940_0759_8000),
    f64::from_bits(0xBFC1_0F8E_4225_4000),
    f64::from_bits(0xBFB9_375E_5559_4000),
    f64::from_bits(0xBFAF_0A30_C011_8000),
    f64::from_bits(0xBF9F_829B_0E78_0000),
    0.0,
    f64::from_bits(0x3FB0_8598_B59E_4000),
    f64::from_bits(0x3FBD_A727_6384_4000),
    f64::from_bits(0x3FC6_0B31_00B0_A000),
    f64::from_bits(0x3FCC_97F8_079D_4000),
    f64::from_bits(0x3FD1_6B5C_CBAD_0000),
];
const LN_LOW: Table<f64> = [
    f64::from_bits(0x3D36_D73C_D356_A371),
    f64::from_bits(0x3D3E_1B9F_7089_4A01),
    f64::from_bits(0xBD38_B488_66FA_A45F),
    f64::from_bits(0x3D1A_1F71_FAE1_D786),
    f64::from_bits(0xBD3E_3185_CF21_B9CF),
    f64::from_bits(0x3D3A_8D94_8CD2_3322),
    f64::from_bits(0x3D29_3B38_4339_6307),
    f64::from_bits(0xBD3E_DDC3_7380_C364),
    f64::from_bits(0x3D2D_599E_8336_8E91),
    f64::from_bits(0xBD29_8026_7C7E_09E4),
    0.0,
    f64::from_bits(0xBD17_E5DD_7009_902C),
    f64::from_bits(0x3D1A_8940_1FA7_1733),
    f64::from_bits(0xBD37_1456_C988_F814),
    f64::from_bits(0x3D23_B161_A8C6_E6C5),
    f64::from_bits(0xBD32_3299_042D_74BF),
];
/// `ln (1 + f) / f`, less 1.
pub(super) const LN_SERIES: [f64; 9] = [
    f64::from_bits(0x2F30_1148_0938_BA29),
    f64::from_bits(0xBFDF_FFFF_FFFF_FFA2),
    f64::from_bits(0x3FD5_5555_5555_5500),
    f64::from_bits(0xBFD0_0000_0011_4C91),
    f64::from_bits(0x3FC9_9999_99B9_0DC9),
    f64::from_bits(0xBFC5_5553_9C17_6A30),
    f64::from_bits(0x3FC2_4923_0125_431A),
    f64::from_bits(0xBFC0_0823_ABBF_BD31),
    f64::from_bits(0x3FBC_8093_AF1C_0A57),
];
/// The same of binary logarithms.
const LOG2_HIGH: Table<f64> = [
    f64::from_bits(0xBFE1_48BA_98AB_9800),
    f64::from_bits(0xBFDE_8302_829A_6000),
    f64::from_bits(0xBFDA_8A33_F17B_4000),
    f64::from_bits(0xBFD6_D01B_ECAC_A000),
    f64::from_bits(0xBFD3_2639_636B_3000),
    f64::from_bits(0xBFCF_6E45_6568_0000),
    f64::from_bits(0xBFC8_9D0D_0AB4_4000),
    f64::from_bits(0xBFC2_3090_65D2_A000),
    f64::from_bits(0xBFB6_63F6_FAC9_0000),
    f64::from_bits(0xBFA6_BAD3_758F_0000),
    0.0,
    f64::from_bits(0x3FB7_D604_96CF_C000),
    f64::from_bits(0x3FC5_63DC_29FF_A000),
    f64::from_bits(0x3FCF_CD67_7E5A_C000),
    f64::from_bits(0x3FD4_A03D_CBD2_E000),
    f64::from_bits(0x3FD9_2180_0924_E000),
];
const LOG2_LOW: Table<f64> = [
    f64::from_bits(0xBD3C_DE5F_1516_0BF3),
    f64::from_bits(0xBD07_9EC9_D8EF_DA9C),
    f64::from_bits(0xBD30_AD35_665E_0E32),
    f64::from_bits(0x3D10_C553_EE1C_9F2F),
    f64::from_bits(0x3D3F_2994_7070_FC4B),
    f64::from_bits(0x3D0A_AA72_BA2C_6BA2),
    f64::from_bits(0x3D3E_665E_245F_E368),
    f64::from_bits(0x3D30_DD83_0EE7_4EF2),
    f64::from_bits(0xBD33_167C_CC53_8261),
    f64::from_bits(0x3CF3_C676_4FC8_7B4A),
    0.0,
    f64::from_bits(0xBD12_CE63_12EB_B81D),
    f64::from_bits(0x3D39_6419_0E41_BCA7),
    f64::from_bits(0x3D30_39B7_72ED_A08E),
    f64::from_bits(0x3D1B_DC90_791A_EF03),
    f64::from_bits(0xBD26_2404_772A_151D),
];
/// `log₂ (1 + f) / f`, less the nearest float to the logarithm of e.
pub(super) const LOG2_SERIES: [f64; 9] = [
    f64::from_bits(0x3C77_77D0_FFDA_0D24),
    f64::from_bits(0xBFE7_1547_652B_82BA),
    f64::from_bits(0x3FDE_C709_DC3A_0383),
    f64::from_bits(0xBFD7_1547_6544_7810),
    f64::from_bits(0x3FD2_776C_5106_4C6B),
    f64::from_bits(0xBFCE_C707_5FA6_2FCB),
    f64::from_bits(0x3FCA_6173_E7C1_CDAD),
    f64::from_bits(0xBFC7_2105_7F32_500E),
    f64::from_bits(0x3FC4_8F5E_1E2B_51EF),
];
/// The same of decimal logarithms.
const LOG10_HIGH: Table<f64> = [
    f64::from_bits(0xBFC4_CFE7_8BCA_2000),
    f64::from_bits(0xBFC2_5EB2_4D8A_4000),
    f64::from_bits(0xBFBF_F509_155D_E000),
    f64::from_bits(0xBFBB_7831_29D0_0000),
    f64::from_bits(0xBFB7_0EDD_B7D7_E000),
    f64::from_bits(0xBFB2_EC56_8056_C000),
    f64::from_bits(0xBFAD_A338_AAA9_8000),
    f64::from_bits(0xBFA5_E70F_D3EE_8000),
    f64::from_bits(0xBF9A_F5F9_2B01_0000),
    f64::from_bits(0xBF8B_5E90_8EB1_0000),
    0.0,
    f64::from_bits(0x3F9C_B38F_CCD8_8000),
    f64::from_bits(0x3FA9_C197_ABF0_0000),
    f64::from_bits(0x3FB3_259D_2107_E000),
    f64::from_bits(0x3FB8_D60B_4EE4_E000),
    f64::from_bits(0x3FBE_42B4_C16C_A000),
];
const LOG10_LOW: Table<f64> = [
    f64::from_bits(0xBD17_69A4_2648_B36E),
    f64::from_bits(0xBD22_5B85_0410_C345),
    f64::from_bits(0xBD1C_3CAB_7F7F_E01E),
    f64::from_bits(0x3D2D_CFD0_B415_E812),
    f64::from_bits(0xBD24_0EC5_F6C0_04C6),
    f64::from_bits(0xBCF6_E956_3590_7534),
    f64::from_bits(0xBD14_173B_2A06_EB58),
    f64::from_bits(0x3D24_CC1C_6BF6_8DB0),
    f64::from_bits(0x3D19_F059_21F5_9258),
    f64::from_bits(0xBD1B_C807_CBA7_F8DA),
    0.0,
    f64::from_bits(0x3D2F_EDB4_B594_A31B),
    f64::from_bits(0x3D1B_ADCF_3D6E_4566),
    f64::from_bits(0xBD12_AE2D_4666_0D9A),
    f64::from_bits(0xBD1B_FC68_CEC6_CDF8),
    f64::from_bits(0x3D25_E50F_F38D_4DE9),
];
/// `log₁₀ (1 + f) / f`, likewise.
pub(super) const LOG10_SERIES: [f64; 9] = [
    f64::from_bits(0x3C69_5355_BAAA_FAD3),
    f64::from_bits(0xBFCB_CB7B_1526_E4BD),
    f64::from_bits(0x3FC2_87A7_636F_4315),
    f64::from_bits(0xBFBB_CB7B_1544_F243),
    f64::from_bits(0x3FB6_3C62_776D_A2E2),
    f64::from_bits(0xBFB2_87A5_E42D_4302),
    f64::from_bits(0x3FAF_C3F7_A876_F43A),
    f64::from_bits(0xBFAB_D99E_CA2A_7FEE),
    f64::from_bits(0x3FA8_C1B9_E5AD_314E),
];
