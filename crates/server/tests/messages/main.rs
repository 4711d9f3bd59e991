//! That no log-in or token message takes much memory, whatever is in it. A program of its own, because it counts what is
//! allocated. How long they take is for `benches/messages` to say.

#[path = "../../benches/messages/doors.rs"]
mod doors;
#[path = "../../benches/messages/worst.rs"]
mod worst;

use doors::{Doors, Outcome};
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// In bytes, beside what there is.
const MOST: usize = 32 * 1024 * 1024;

#[tokio::test]
async fn no_message_takes_more_memory_than_it_may() -> Outcome<()> {
    let doors = Doors::open().await?;
    let (mut odd, mut most) = (Vec::new(), 0);
    for message in doors.messages()? {
        let what = format!("{}: {}", message.door, message.what);
        // Whatever is set up with the first one is no message's.
        let came_to = doors.take(&message).await?;
        if came_to != message.comes_to {
            odd.push(format!("{what}: {came_to}, expected {}", message.comes_to));
        }
        let before = MEMORY.current_usage();
        MEMORY.reset_peak_usage();
        doors.take(&message).await?;
        let taken = MEMORY.peak_usage().saturating_sub(before);
        if taken > MOST {
            odd.push(format!("{what}: {taken} bytes"));
        }
        most = most.max(taken);
    }
    assert!(odd.is_empty(), "{odd:#?}");
    assert!(most > 1024 * 1024, "it is counted: {most}");
    Ok(())
}
