//! Content codings: the bodies of compressed answers.

use std::io::Write;

/// The bytes in a content coding, `identity` included.
pub fn encode(coding: &str, bytes: &[u8]) -> Vec<u8> {
    let encoded = match coding {
        "gzip" => {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), Default::default());
            encoder.write_all(bytes).and_then(|()| encoder.finish())
        }
        "br" => {
            let mut encoder = brotli::CompressorWriter::new(Vec::new(), 4096, 5, 22);
            encoder.write_all(bytes).map(|()| encoder.into_inner())
        }
        "zstd" => zstd::encode_all(bytes, 3),
        "identity" => Ok(bytes.to_vec()),
        _ => panic!("no coding that is known: {coding}"),
    };
    encoded.expect("it can be compressed")
}
