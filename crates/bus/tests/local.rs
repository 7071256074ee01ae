//! The local bus keeps the contract.

use std::sync::Arc;

use calmline_bus::{Bus, Local, contract};
use calmline_core::{IdError, Position};

#[tokio::test]
async fn the_local_bus_keeps_the_contract() -> Result<(), IdError> {
    contract::run(|| async { Arc::new(Local::new(1_024, Position(0))) as Arc<dyn Bus> }).await
}
