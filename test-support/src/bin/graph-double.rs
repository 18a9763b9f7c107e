//! The stand-in for Microsoft Graph as a program of its own: `graph-double [ADDRESS]`, 127.0.0.1:8090 by default.

use kalends_test_support::graph::{CLIENT, Double, SECRET};

#[tokio::main]
async fn main() {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8090".to_owned());
    let double = Double::at(address.parse().expect("an address with a port")).await;
    println!("[microsoft]\nclient-id = {CLIENT:?}\nclient-secret = {SECRET:?}");
    println!("authority = {:?}\ngraph = {:?}\nprivate = true", double.authority(), double.graph());
    std::future::pending::<()>().await;
}
