//! Bodies: streamed, decompressed and measured on the way.

use super::NetError;
use reqwest::Response;

/// Reads a body of at most `limit` bytes after decompression.
///
/// # Errors
/// `TooLarge` at the first byte beyond, so that neither a bomb nor an endless body fills memory;
/// what `failed` makes of a connection that breaks.
pub(super) async fn read(
    mut response: Response,
    limit: usize,
    failed: impl Fn(reqwest::Error) -> NetError,
) -> Result<Vec<u8>, NetError> {
    let too_large = || NetError::TooLarge { address: response.url().to_string(), limit };
    // Told sizes are of the compressed body; a larger one cannot become smaller.
    if response.content_length().is_some_and(|length| length > limit as u64) {
        return Err(too_large());
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(&failed)? {
        if body.len() + chunk.len() > limit {
            return Err(NetError::TooLarge { address: response.url().to_string(), limit });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
