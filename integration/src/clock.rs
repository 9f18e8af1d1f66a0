//! A client whose clock is wrong, as its server sees it: a proxy that changes the time in S3 requests.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

/// Listens on the host (the answer is the port), carries everything to `server`, and puts another year into the time that requests are signed with.
pub fn in_another_year(server: &str) -> u16 {
    let listener = TcpListener::bind("0.0.0.0:0").unwrap_or_else(|error| panic!("cannot listen: {error}"));
    let port = listener.local_addr().map_or(0, |address| address.port());
    let server = server.to_owned();
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let server = server.clone();
            thread::spawn(move || carry(client, &server));
        }
    });
    port
}

fn carry(mut client: TcpStream, server: &str) -> Option<()> {
    const DATE: &[u8] = b"x-amz-date: 20";
    let mut there = TcpStream::connect(server).ok()?;
    let (mut answers, mut back) = (there.try_clone().ok()?, client.try_clone().ok()?);
    thread::spawn(move || {
        let _ = std::io::copy(&mut answers, &mut back);
        let _ = back.shutdown(Shutdown::Both);
    });
    let mut bytes = vec![0; 1 << 16];
    while let Ok(length @ 1..) = client.read(&mut bytes) {
        let request = bytes.get_mut(..length)?;
        let found = request.windows(DATE.len()).position(|window| window.eq_ignore_ascii_case(DATE));
        if let Some(at) = found {
            request.get_mut(at + DATE.len()..)?.get_mut(..2)?.copy_from_slice(b"01");
        }
        there.write_all(request).ok()?;
    }
    there.shutdown(Shutdown::Write).ok()
}
