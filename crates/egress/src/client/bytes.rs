//! An answer as bytes, as they come: for files.

use super::LineStream;
use crate::error::EgressError;

impl LineStream {
    /// The next bytes, never empty; `None` at the end. The end is that of the connection: whether all came that was promised,
    /// the caller knows from the answer's headers. Not to be mixed with lines and events.
    pub async fn next_chunk(&mut self) -> Result<Option<Vec<u8>>, EgressError> {
        while self.buffer.is_empty() && !self.at_end {
            self.read_more().await?;
        }
        let chunk = std::mem::take(&mut self.buffer);
        Ok((!chunk.is_empty()).then_some(chunk))
    }
}
